-- name: write
SELECT seq, hash
FROM   audit_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: page
-- Deeds before number $1, newest first, with what became of each; of an actor ($2), a role ($3), an action that
-- holds $4, about a target that holds $5, from moment $6 to $7. Index: audit_pkey, audit_about.
SELECT   a.seq, a.at, a.actor, a.role, a.name, a.action, a.target, a.reason, a.request, a.address, a.said, a.hash,
         d.at AS done_at, d.status, d.said AS became
FROM     audit AS a
LEFT     JOIN audit AS d ON d.about = a.seq
WHERE    a.kind = 'asked'
AND      a.seq < $1
AND      ($2::uuid IS NULL OR a.actor = $2)
AND      ($3::text IS NULL OR a.role = $3)
AND      ($4::text IS NULL OR strpos(lower(a.action), lower($4)) > 0)
AND      ($5::text IS NULL OR strpos(a.target, lower($5)) > 0)
AND      a.at BETWEEN $6 AND $7
ORDER BY a.seq DESC
LIMIT    $8;

-- name: check
SELECT broken, size
FROM   audit_check();

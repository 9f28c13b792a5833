-- ledger_check: the books, recomputed. A row for each thing that is wrong; none when all is right. One snapshot.
CREATE OR REPLACE FUNCTION ledger_check() RETURNS TABLE (problem text, ledger bigint, account uuid, expected numeric, found numeric)
LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT t.ledger, s.id, sum(s.dp) AS dp, sum(s.dpo) AS dpo, sum(s.cp) AS cp, sum(s.cpo) AS cpo
        FROM   transfer t
        LEFT JOIN transfer_pending p ON p.id = t.id AND p.status = 1
        CROSS JOIN LATERAL (VALUES
            (t.debit_account, coalesce(p.amount, 0), CASE WHEN t.flags & 10 = 0 THEN t.amount ELSE 0 END, 0, 0),
            (t.credit_account, 0, 0, coalesce(p.amount, 0), CASE WHEN t.flags & 10 = 0 THEN t.amount ELSE 0 END)
        ) AS s (id, dp, dpo, cp, cpo)
        GROUP BY t.ledger, s.id
    ), compared AS (
        SELECT coalesce(a.id, m.id) AS id, coalesce(a.ledger, m.ledger) AS ledger, a.id IS NULL AS missing, c.name,
               c.expected, c.found
        FROM   account a
        FULL JOIN moved m ON m.id = a.id AND m.ledger = a.ledger
        CROSS JOIN LATERAL (VALUES
            ('debits_pending', coalesce(m.dp, 0), a.debits_pending),
            ('debits_posted', coalesce(m.dpo, 0), a.debits_posted),
            ('credits_pending', coalesce(m.cp, 0), a.credits_pending),
            ('credits_posted', coalesce(m.cpo, 0), a.credits_posted)
        ) AS c (name, expected, found)
    )
    SELECT CASE WHEN compared.missing THEN 'transfers of an account that is missing'
                ELSE compared.name || ' differs from its transfers' END,
           compared.ledger, compared.id, compared.expected, compared.found
    FROM   compared WHERE compared.expected IS DISTINCT FROM compared.found
    UNION ALL
    SELECT 'posted debits and credits differ', a.ledger, NULL, sum(a.debits_posted), sum(a.credits_posted)
    FROM   account a GROUP BY a.ledger HAVING sum(a.debits_posted) <> sum(a.credits_posted)
    UNION ALL
    SELECT 'pending debits and credits differ', a.ledger, NULL, sum(a.debits_pending), sum(a.credits_pending)
    FROM   account a GROUP BY a.ledger HAVING sum(a.debits_pending) <> sum(a.credits_pending)
    UNION ALL
    SELECT 'an account owes more than it may', a.ledger, a.id, 0, a.credits_posted - a.debits_posted - a.debits_pending
    FROM   account a WHERE a.flags & 2 <> 0 AND a.debits_posted + a.debits_pending > a.credits_posted
    UNION ALL
    SELECT 'an account is owed more than it may', a.ledger, a.id, 0, a.debits_posted - a.credits_posted - a.credits_pending
    FROM   account a WHERE a.flags & 4 <> 0 AND a.credits_posted + a.credits_pending > a.debits_posted
$$;

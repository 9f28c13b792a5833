-- An owner's session that a person began from their own: which one it goes back to.
ALTER TABLE session ADD COLUMN resumes uuid;

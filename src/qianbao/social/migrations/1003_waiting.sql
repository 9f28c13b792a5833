-- What waits for somebody to act: asked of the wallet's first page each time it opens.
CREATE INDEX personal_payment_return_asked ON personal_payment (payee_person, asked) WHERE state = 'return_asked';
CREATE INDEX collection_part_unpaid ON collection_part (person, asked) WHERE paid IS NULL;

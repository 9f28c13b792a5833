-- Every code is written twice, laid and used, and neighbours are used within the same minute: with room for the second
-- version of each row beside the first, using one touches no index (HOT).
ALTER TABLE payer_code SET (fillfactor = 50);

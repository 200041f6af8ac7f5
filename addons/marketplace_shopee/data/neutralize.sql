-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET shopee_partner_id = NULL
 WHERE provider = 'shopee';

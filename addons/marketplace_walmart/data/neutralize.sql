-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET walmart_client_id = NULL, walmart_ship_node = NULL
 WHERE provider = 'walmart';

-- A copy of a production database must not speak to the sellers' accounts.
UPDATE marketplace_account SET ebay_client_id = NULL, ebay_ru_name = NULL, ebay_alert_email = NULL,
       ebay_signing_jwe = NULL
 WHERE provider = 'ebay';

-- A copy of a production database must not speak to the operator's account.
UPDATE overseas_account SET eccang_app_key = NULL
 WHERE provider = 'eccang';

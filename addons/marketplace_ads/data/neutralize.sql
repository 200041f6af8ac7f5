-- A copy of a production database must not speak to the advertising systems.
UPDATE ads_account SET state = 'disabled', secrets = NULL, amazonads_client_id = NULL;
UPDATE queue_job SET state = 'cancelled' WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started') AND model_name LIKE 'ads.%';

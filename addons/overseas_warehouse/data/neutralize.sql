-- A copy of a production database must not speak to the operators' warehouses: no credentials, nothing enabled, no work queued.
UPDATE overseas_account SET state = 'disabled', secrets = NULL;
UPDATE queue_job SET state = 'cancelled' WHERE state IN ('wait_dependencies', 'pending', 'enqueued', 'started') AND (model_name LIKE 'overseas.%' OR channel LIKE 'root.overseas%');

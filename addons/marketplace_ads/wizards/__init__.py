from . import traffic_upload, upload

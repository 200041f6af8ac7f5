from . import test_combined_parcel

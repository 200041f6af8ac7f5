"""What a parcel costs and how far it goes, in plain Python."""

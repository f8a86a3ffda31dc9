"""The service that makes models of pictures: TRELLIS, or whatever speaks its contract."""

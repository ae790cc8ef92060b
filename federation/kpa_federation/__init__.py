"""The federation of KPAs: it comes with the signed protocol."""

"""Who takes part: people, their wallets (of a brand), merchants, stores, tills; KYC classes and freezes."""

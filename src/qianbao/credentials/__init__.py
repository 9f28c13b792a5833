"""Who may come in: passwords, PINs, passkeys, sessions, devices, API keys; staff and operators; rates."""

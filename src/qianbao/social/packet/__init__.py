"""Red packets: funded, grabbed share by share, the rest returned."""

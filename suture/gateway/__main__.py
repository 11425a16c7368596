"""Starts the gateway: `python -m suture.gateway`, with the configuration that SUTURE_CONFIG names."""

from suture.gateway.serve import main

if __name__ == "__main__":
    main()

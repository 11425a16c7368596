"""Has the SDK download the Temporal server into a folder: `python -m suture.temporal.sdk_download FOLDER`."""

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment


async def download(folder: str) -> None:
    """The SDK has no call for the download alone: it starts the server too, which shows that the program runs."""
    server = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await server.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(download(sys.argv[1]))
    except RuntimeError as error:
        print(error, flush=True)
        os._exit(1)
    # The SDK's threads may touch an interpreter that is being torn down: leave without tearing it down.
    os._exit(0)

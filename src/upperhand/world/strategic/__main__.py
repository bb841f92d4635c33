"""Write the packaged strategic world: `python -m upperhand.world.strategic`."""

from upperhand.world.strategic.build import main

main()

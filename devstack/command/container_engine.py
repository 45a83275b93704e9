"""Docker, or Podman, which takes the same commands: what a container of ours needs of it."""

import shutil
from dataclasses import dataclass

from devstack.command.errors import CommandError
from devstack.command.terminal import step
from devstack.command.tools import ask

_PROGRAMS = ("docker", "podman")
_PATIENCE_SECONDS = 60.0
_PULL_PATIENCE_SECONDS = 3600.0
_WITHOUT = "or leave --sql-server out: the stand-in of SQL Server needs no container"


@dataclass(frozen=True, slots=True)
class ContainerEngine:
    """One that works; `program` is how it is called."""

    program: str

    def provide(self, image: str) -> None:
        """See that an image is there; pull it if not. Raises CommandError if that fails."""
        if not self._trouble("image", "inspect", image):
            return
        with step(f"pulling {image}, which takes a while"):
            pulled = ask([self.program, "pull", image], patience_seconds=_PULL_PATIENCE_SECONDS)
            if pulled.trouble:
                registry = image.partition("/")[0]
                raise CommandError(
                    f"{self.program} cannot pull {image} ({pulled.trouble}); see that this machine reaches {registry}, "
                    f"or bring the image with `{self.program} load`, {_WITHOUT}"
                )

    def has_volume(self, name: str) -> bool:
        """Tell whether there is a volume of this name."""
        return not self._trouble("volume", "inspect", name)

    def remove_volume(self, name: str) -> None:
        """Remove a volume with all that is in it; raise CommandError if that fails."""
        if trouble := self._trouble("volume", "rm", name):
            raise CommandError(f"{self.program} cannot remove the volume {name} ({trouble}); remove it yourself")

    def removal(self, container: str) -> tuple[str, ...]:
        """Return the command that ends and removes a container, whatever its state."""
        return (self.program, "rm", "--force", "--volumes", container)

    def _trouble(self, *arguments: str) -> str:
        return ask([self.program, *arguments], patience_seconds=_PATIENCE_SECONDS).trouble


def find_engine() -> ContainerEngine:
    """Return Docker, or Podman where Docker is not installed; raise CommandError if neither is there and works."""
    program = next(filter(shutil.which, _PROGRAMS), None)
    if program is None:
        raise CommandError(f"neither docker nor podman is on PATH; install one of them, {_WITHOUT}")
    if trouble := ask([program, "version"], patience_seconds=_PATIENCE_SECONDS).trouble:
        raise CommandError(
            f"{program} does not work ({trouble}); start its daemon and see that this user may use it, {_WITHOUT}"
        )
    return ContainerEngine(program)

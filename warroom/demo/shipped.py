"""The scenario that comes with the program."""

from importlib.resources import files

from warroom.demo.scenario import Scenario, parse

NAME = "eks-route-tables.scenario"


def shipped() -> Scenario:
    """The incident of 2024-09-20 of the Ministry of Justice's Cloud Platform."""
    return parse(files("warroom.demo").joinpath(NAME).read_text("utf-8"))

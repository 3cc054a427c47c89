from __future__ import annotations

from proxy.policy.entities import ENTITIES, IDENTITIES, KEY_DOMAINS, LEVELS, PRESIDIO_ENTITIES
from proxy.policy.generalize import COARSER


def test_a_name_stands_in_one_table() -> None:
    """An entity is ours or one of Presidio's others."""
    assert set() == ENTITIES.keys() & PRESIDIO_ENTITIES


def test_tables_speak_of_entities() -> None:
    """Levels, identities and key domains name entities only."""
    assert set() == {*LEVELS, *IDENTITIES, *KEY_DOMAINS} - ENTITIES.keys()


def test_every_level_is_made() -> None:
    """Each level that a policy may ask for has its function; places are a matter of the field."""
    asked = {(entity, level) for entity, levels in LEVELS.items() for level in levels}
    assert COARSER.keys() == {pair for pair in asked if pair[0] != "LOCATION_COARSE"}


def test_ids_of_one_person_join() -> None:
    """A device's id and a user's share a key, since alias calls put one where the other stands."""
    assert KEY_DOMAINS["USER_ID"] == KEY_DOMAINS["DEVICE_ID"] != KEY_DOMAINS["ORG_ID"] == KEY_DOMAINS["ORGANIZATION"]

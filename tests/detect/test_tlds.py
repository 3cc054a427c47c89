from proxy.detect.tlds import TLDS


def test_generic_domains_stand_in_the_list():
    """The list knows delegated and special-use names and leaves country codes to their length."""
    assert {"com", "museum", "local", "example"} == TLDS & {"com", "museum", "local", "example", "codfm"}
    assert [] == [name for name in TLDS if len(name) < 3]

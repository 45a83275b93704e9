"""What the drivers of Java ask of the wire: an acknowledgement of its own, places of output values, a refusal that TDS 7.1 can read."""

import struct

from mssql_standin_tests.process.raw_client import ATTENTION, BATCH, LOGIN, RawClient, batch_body, login_body, packet
from mssql_standin_tests.recordings.tds_reply import decoded
from mssql_standin_tests.unit.wire.tds_client import TdsClient, text_parameter

INT_OUTPUT = b"\1\x26\x04\x00"  # by reference, a nullable int, NULL


def test_an_attention_is_acknowledged_in_a_message_of_its_own(stand_in_port: int) -> None:
    client = RawClient(stand_in_port)
    client.log_in()
    client.socket.sendall(packet(BATCH, batch_body("WAITFOR DELAY '00:01:00'")))
    client.socket.sendall(packet(ATTENTION, b""))

    interrupted, acknowledged = decoded(client.receive_message()), decoded(client.receive_message())

    assert [token["status"] & 0x20 for token in interrupted if token.kind == "done"] == [0]
    assert [token["status"] & 0x20 for token in acknowledged] == [0x20]
    client.finish()


def test_an_output_value_says_which_parameter_of_the_call_it_is(client: TdsClient) -> None:
    declared = "@a int OUTPUT, @b int, @c int OUTPUT"
    given = b"\0\0\x26\x04\x04\x07\0\0\0"

    reply = client.call(
        10,
        text_parameter("SELECT @a = @b, @c = 9"),
        text_parameter(declared),
        b"\0" + INT_OUTPUT,
        given,
        b"\0" + INT_OUTPUT,
    )

    values = [(token["ordinal"], token["value"]) for token in reply if token.kind == "return value"]
    assert values == [(2, struct.pack("<i", 7)), (4, struct.pack("<i", 9))]


def test_a_login_without_prelogin_hears_why_it_is_refused(stand_in_port: int) -> None:
    client = RawClient(stand_in_port)
    client.socket.sendall(packet(LOGIN, login_body()))

    said = client.receive_message()

    kind, size, number = struct.unpack_from("<BHi", said)
    assert (kind, number) == (0xAA, 40000)
    assert "TDS before 7.2".encode("utf-16-le") in said
    assert said[3 + size :] == struct.pack("<BHHI", 0xFD, 2, 0, 0)
    client.finish()

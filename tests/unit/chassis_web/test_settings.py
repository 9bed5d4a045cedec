from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.names import SERVICES, service_name
from services.chassis.settings import DEVELOPMENT_ISSUER, Settings, SettingsError
from services.kernel.algorithms import CipherAlg


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "vault.key"
    key.write_text("unused here")
    return {
        "BANJIAN_ENV": "development",
        "BANJIAN_INTAKE_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1/b",
        "BANJIAN_INTAKE_AMQP_URI": "amqp://u:hunter2@127.0.0.1/v",
        "BANJIAN_INTAKE_HTTP_PORT": "8001",
        "BANJIAN_PUBLIC_URL": "http://127.0.0.1:8000",
        "BANJIAN_JWKS_FILE": "jwks.json",
        "BANJIAN_TOKEN_ISSUER": DEVELOPMENT_ISSUER,
        "BANJIAN_TOKEN_AUDIENCE": "banjian",
        "BANJIAN_VAULT_KEY_FILE": str(key),
    }


def test_settings_are_read_with_their_defaults(env: dict[str, str]) -> None:
    settings = Settings.read("intake", env)

    assert settings.http_port == 8001
    assert settings.http_host == "127.0.0.1"
    assert settings.partitions == 4
    assert settings.region == "3412XX"
    assert not settings.production


def test_all_that_is_missing_is_named(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read("intake", {})

    text = str(caught.value)
    for name in env:
        assert name in text
    assert len(caught.value.problems) == 9


def test_all_that_is_wrong_is_named_without_secrets(env: dict[str, str]) -> None:
    wrong = env | {
        "BANJIAN_ENV": "staging",
        "BANJIAN_INTAKE_DATABASE_URL": "mysql://u:hunter2@h/b",
        "BANJIAN_INTAKE_HTTP_PORT": "99999",
        "BANJIAN_PARTITIONS": "0",
        "BANJIAN_VAULT_KEY_FILE": "/nowhere/key",
    }

    with pytest.raises(SettingsError) as caught:
        Settings.read("intake", wrong)

    assert len(caught.value.problems) == 5
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_shown(env: dict[str, str]) -> None:
    assert "hunter2" not in repr(Settings.read("intake", env))


def test_production_refuses_the_development_issuer(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="development issuer"):
        Settings.read("intake", env | {"BANJIAN_ENV": "production"})
    real = env | {
        "BANJIAN_ENV": "production",
        "BANJIAN_TOKEN_ISSUER": "https://id.example.cn",
        "BANJIAN_STORAGE": "s3://files?endpoint=https://s3.example.cn",
    }
    assert Settings.read("intake", real).production


def test_production_does_not_take_uploads_without_a_place_for_them(env: dict[str, str]) -> None:
    real = env | {"BANJIAN_ENV": "production", "BANJIAN_TOKEN_ISSUER": "https://id.example.cn"}
    with pytest.raises(SettingsError, match="BANJIAN_STORAGE is missing"):
        Settings.read("intake", real)


@pytest.mark.parametrize(
    "url",
    [
        "/srv/files",
        "file://host/files",
        "file:///",
        "http://s3.example.cn/files",
        "s3://",
        "s3://key:secret@files",
        "s3://files?secret=x",
        "s3://files?endpoint=https://key:secret@s3.example.cn",
    ],
)
def test_a_storage_is_a_folder_or_a_bucket_and_holds_no_keys(env: dict[str, str], url: str) -> None:
    with pytest.raises(SettingsError, match="BANJIAN_STORAGE is wrong") as caught:
        Settings.read("intake", env | {"BANJIAN_STORAGE": url})
    assert "secret@" not in str(caught.value)


def test_only_houses_that_take_what_outsiders_send_need_a_vault(env: dict[str, str]) -> None:
    other = {k.replace("INTAKE", "APPROVAL"): v for k, v in env.items()}
    del other["BANJIAN_VAULT_KEY_FILE"]

    assert Settings.read("approval", other).vault_key_file == ""


def test_the_table_explains_every_setting() -> None:
    table = Settings.table()

    assert len(table) == 27
    assert all(meaning for _, _, meaning in table)
    assert ("BANJIAN_ENV", "required") in [row[:2] for row in table]


def test_names() -> None:
    assert len(set(SERVICES)) == 5
    with pytest.raises(ValueError, match="the services are catalog"):
        service_name("nobody")


def test_the_cipher_of_the_vault_is_one_of_two(env: dict[str, str]) -> None:
    assert Settings.read("intake", env).vault_cipher is CipherAlg.AES_256_GCM
    sm4 = Settings.read("intake", env | {"BANJIAN_VAULT_CIPHER": "sm4-gcm"})
    assert sm4.vault_cipher is CipherAlg.SM4_GCM
    with pytest.raises(SettingsError, match="BANJIAN_VAULT_CIPHER is wrong"):
        Settings.read("intake", env | {"BANJIAN_VAULT_CIPHER": "rot13"})
    rows = {name: default for name, default, _ in Settings.table()}
    assert rows["BANJIAN_VAULT_CIPHER"] == "aes-256-gcm"

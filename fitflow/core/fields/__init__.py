from fitflow.core.fields.encrypted import EncryptedTextField
from fitflow.core.fields.names import NameField, NameInput, check_name, validate_name

__all__ = ["EncryptedTextField", "NameField", "NameInput", "check_name", "validate_name"]

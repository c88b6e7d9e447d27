from fitflow.core.fields.encrypted import EncryptedTextField

__all__ = ["EncryptedTextField"]

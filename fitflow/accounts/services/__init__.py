from fitflow.accounts.services.keys import live_keys, make_key, person_of_key, revoke_key
from fitflow.accounts.services.people import (
    change_name,
    claim_account,
    create_person,
    register,
    verify_address,
)
from fitflow.accounts.services.signing_in import check_password, check_second_factor, ticket_for
from fitflow.accounts.services.tokens import (
    Pair,
    begin_chain,
    end_all_chains,
    end_chain,
    forget_old_tokens,
    person_of_token,
    refresh_pair,
)

__all__ = [
    "Pair",
    "begin_chain",
    "change_name",
    "check_password",
    "check_second_factor",
    "claim_account",
    "create_person",
    "end_all_chains",
    "end_chain",
    "forget_old_tokens",
    "live_keys",
    "make_key",
    "person_of_key",
    "person_of_token",
    "refresh_pair",
    "register",
    "revoke_key",
    "ticket_for",
    "verify_address",
]

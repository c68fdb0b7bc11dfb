"""Permissions in Kafka's own words, and the denial that marks a suspended agency."""

from typing import Any

from confluent_kafka.admin import (  # type: ignore[attr-defined] # it exports these without saying so
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from services.plumbing.layout import Permission

ANY_HOST = "*"
ALL_TOPICS = "*"


def user_of(found: AclBinding) -> str:
    """Whom the ACL is about."""
    return found.principal.removeprefix("User:")


def permission_of(found: AclBinding) -> Permission | None:
    """What the ACL allows; None for a denial."""
    if found.permission_type != AclPermissionType.ALLOW:
        return None
    prefix = found.resource_pattern_type == ResourcePatternType.PREFIXED
    operation, kind = AclOperation(found.operation), ResourceType(found.restype)
    return Permission(user_of(found), operation.name, kind.name, found.name, prefix)


def suspends(found: AclBinding) -> bool:
    """Whether this is a suspension; an administrator's own, narrower denial is none."""
    return bool(found == suspension(user_of(found)))


def _terms(right: Permission) -> tuple[Any, ...]:
    """What an ACL and the filter that finds exactly it are both made of."""
    return (
        ResourceType[right.kind],
        right.name,
        ResourcePatternType.PREFIXED if right.prefix else ResourcePatternType.LITERAL,
        f"User:{right.user}",
        ANY_HOST,
        AclOperation[right.operation],
        AclPermissionType.ALLOW,
    )


def allowance(right: Permission) -> AclBinding:
    """The ACL that allows it."""
    return AclBinding(*_terms(right))


def exactly(right: Permission) -> AclBindingFilter:
    """What finds this ACL and no other."""
    return AclBindingFilter(*_terms(right))


def everything() -> AclBindingFilter:
    """What finds all ACLs."""
    anything: Any = None
    any_kind, any_pattern = ResourceType.ANY, ResourcePatternType.ANY
    any_word = AclOperation.ANY, AclPermissionType.ANY
    return AclBindingFilter(any_kind, anything, any_pattern, anything, anything, *any_word)


def _suspension_terms(slug: str) -> tuple[Any, ...]:
    literal, deny = ResourcePatternType.LITERAL, AclPermissionType.DENY
    return ResourceType.TOPIC, ALL_TOPICS, literal, f"User:{slug}", ANY_HOST, AclOperation.ALL, deny


def suspension(slug: str) -> AclBinding:
    """The ACL that denies an agency everything on every topic; a denial is stronger than any allowance."""
    return AclBinding(*_suspension_terms(slug))


def suspensions_of(slug: str) -> AclBindingFilter:
    """What finds the agency's suspension and no other denial."""
    return AclBindingFilter(*_suspension_terms(slug))

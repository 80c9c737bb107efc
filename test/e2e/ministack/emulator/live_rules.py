"""EventBridge and Lambda: where ministack's rule that calls a function departs from AWS."""

import json

from ministack.services import eventbridge, lambda_svc


def may_call(rule_arn, function):
    """Whether the function's own policy lets EventBridge call it for this rule; such a target has no role."""
    statements = (function.get("policy") or {}).get("Statement", [])
    return any(
        statement["Principal"] == {"Service": "events.amazonaws.com"}
        and statement["Condition"]["ArnLike"]["AWS:SourceArn"] == rule_arn
        for statement in statements
    )


def call_functions_asynchronously():
    """A function that fails is called twice more, and then the event goes to its destination for failures."""
    invoke = eventbridge._invoke_target

    def invoke_function(target, event, rule, view=None):
        if ":lambda:" not in target["Arn"]:
            return invoke(target, event, rule, view)
        function, config, _ = lambda_svc._get_func_record_for_ref(target["Arn"])
        if not may_call(rule["Arn"], function):
            return eventbridge.logger.error("EventBridge: %s may not call %s", rule["Arn"], target["Arn"])
        view = view or eventbridge._pattern_event_view(event)
        payload = json.loads(json.dumps(view.event_with_detail()))
        return lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), payload)

    eventbridge._invoke_target = invoke_function


def mend():
    call_functions_asynchronously()

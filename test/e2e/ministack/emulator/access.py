"""IAM: ministack's evaluator checks the calls of clients and functions; here it is asked about the others too."""

import contextvars

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, stepfunctions

task_role = contextvars.ContextVar("task_role", default=None)


def count_calls_between_services_as_encrypted():
    """A queue policy that demands TLS does not refuse what Step Functions sends inside AWS."""
    iam_evaluator._request_origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))


def name_replays_as_resources():
    """events:DescribeReplay is allowed or not for a replay; ministack asks for `*`."""
    extract = iam_actions.extract_resource_arn

    def extract_replay(service, method, path, headers, body, query_params, *others, **options):
        replay = iam_actions._safe_json_field(body, "ReplayName") if service == "events" else None
        if replay:
            return f"arn:aws:events:{get_region()}:{get_account_id()}:replay/{replay}"
        return extract(service, method, path, headers, body, query_params, *others, **options)

    iam_actions.extract_resource_arn = extract_replay


def refusal(role_arn, action, resource):
    """Why the role may not, or None."""
    account = get_account_id()
    policies = iam_evaluator._gather_role_policies(role_arn.rsplit("/", 1)[-1], account)
    asked = iam_evaluator.EvalContext(role_arn, "AssumedRole", account, action, resource, get_region())
    if iam_evaluator.evaluate(asked, policies).decision == "Allow":
        return None
    return f"{role_arn} is not authorized to perform {action} on {resource}"


def needed_for(resource, payload):
    """Action and resource of a task, for the integrations that the stack's state machines use."""
    if ":lambda:" in resource:
        return "lambda:InvokeFunction", resource
    if resource.endswith(":sqs:sendMessage"):
        queue = payload["QueueUrl"].rsplit("/", 1)[-1]
        return "sqs:SendMessage", f"arn:aws:sqs:{get_region()}:{get_account_id()}:{queue}"
    if resource.endswith(":states:startExecution"):
        return "states:StartExecution", payload["StateMachineArn"]
    raise NotImplementedError(resource)


def ask_for_the_roles_of_state_machines():
    execute, invoke = stepfunctions._execute_task, stepfunctions._invoke_resource

    def execute_as_role(state, given, execution, context):
        task_role.set(stepfunctions._state_machines[execution["stateMachineArn"]]["roleArn"])
        return execute(state, given, execution, context)

    def invoke_if_allowed(resource, payload):
        refused = refusal(task_role.get(), *needed_for(resource, payload))
        if refused:
            raise stepfunctions._ExecutionError("AccessDeniedException", refused)
        return invoke(resource, payload)

    stepfunctions._execute_task = execute_as_role
    stepfunctions._invoke_resource = invoke_if_allowed


def ask_for_the_roles_of_rules():
    invoke = eventbridge._invoke_target

    def invoke_if_allowed(target, event, rule, view=None):
        refused = refusal(target["RoleArn"], "states:StartExecution", target["Arn"])
        if refused:
            return eventbridge.logger.error("EventBridge: %s", refused)
        return invoke(target, event, rule, view)

    eventbridge._invoke_target = invoke_if_allowed


def mend():
    count_calls_between_services_as_encrypted()
    name_replays_as_resources()
    ask_for_the_roles_of_state_machines()
    ask_for_the_roles_of_rules()

"""IAM: ministack's evaluator checks the calls of clients and functions; here it is asked about the others too."""

import contextvars
import json

from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, iam, sqs, stepfunctions

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


def asked(principal_arn, action, resource, **context):
    account = get_account_id()
    return iam_evaluator.EvalContext(
        principal_arn, "AssumedRole", account, action, resource, get_region(), service_context=context)


def refusal(role_arn, action, resource):
    """Why the role may not, or None."""
    policies = iam_evaluator._gather_role_policies(role_arn.rsplit("/", 1)[-1], get_account_id())
    if iam_evaluator.evaluate(asked(role_arn, action, resource), policies).decision == "Allow":
        return None
    return f"{role_arn} is not authorized to perform {action} on {resource}"


def service_is_refused(document, service, source_arn=None):
    """Whether a trust or queue policy has no statement that lets the service in, for what it acts for.

    The keys are ours: which ones a service sends is what AWS's pages say, and no call here comes from a service.
    """
    keys = {"aws:sourceaccount": get_account_id(), **({"aws:sourcearn": source_arn} if source_arn else {})}
    context = asked(service, "", "", **keys)
    return not any(
        statement["Effect"] == "Allow"
        and iam_evaluator._service_principal_matches(statement["Principal"], service)
        and iam_evaluator._conditions_met(statement.get("Condition", {}), context)
        for statement in json.loads(document)["Statement"]
    )


def distrust(role_arn, service, source_arn=None):
    """Why the service may not take on the role, or None."""
    document = iam._roles[role_arn.rsplit("/", 1)[-1]]["AssumeRolePolicyDocument"]
    if not service_is_refused(document, service, source_arn):
        return None
    return f"{service} is not authorized to assume {role_arn} for {source_arn or 'this account'}"


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
        machine = execution["stateMachineArn"]
        role = stepfunctions._state_machines[machine]["roleArn"]
        task_role.set((role, distrust(role, "states.amazonaws.com", machine)))
        return execute(state, given, execution, context)

    def invoke_if_allowed(resource, payload):
        role, distrusted = task_role.get()
        refused = distrusted or refusal(role, *needed_for(resource, payload))
        if refused:
            raise stepfunctions._ExecutionError("AccessDeniedException", refused)
        return invoke(resource, payload)

    stepfunctions._execute_task = execute_as_role
    stepfunctions._invoke_resource = invoke_if_allowed


def ask_for_the_roles_of_rules():
    invoke, send = eventbridge._invoke_target, eventbridge._dispatch_to_sqs
    rule_of_call = contextvars.ContextVar("rule_of_call", default=None)

    def invoke_if_allowed(target, event, rule, view=None):
        rule_of_call.set(rule["Arn"])
        # A function has no role here: its own policy lets the rule call it.
        if ":states:" in target["Arn"]:
            role = target["RoleArn"]
            refused = (distrust(role, "events.amazonaws.com", rule["Arn"])
                       or refusal(role, "states:StartExecution", target["Arn"]))
            if refused:
                return eventbridge.logger.error("EventBridge: %s", refused)
        return invoke(target, event, rule, view)

    def send_if_allowed(queue_arn, payload, parameters=None):
        policy = sqs._queue_by_arn(str(queue_arn))["attributes"].get("Policy") or '{"Statement": []}'
        if service_is_refused(policy, "events.amazonaws.com", rule_of_call.get()):
            return eventbridge.logger.error("EventBridge may not send to %s", queue_arn)
        return send(queue_arn, payload, parameters)

    eventbridge._invoke_target = invoke_if_allowed
    eventbridge._dispatch_to_sqs = send_if_allowed


def ask_whether_functions_may_have_their_roles():
    credentials = lambda_runtime.execution_credentials

    def credentials_if_trusted(config):
        # No page says that Lambda names the function: docs/decisions/0006.
        refused = distrust(config["Role"], "lambda.amazonaws.com")
        if refused:
            raise RuntimeError(refused)
        return credentials(config)

    lambda_runtime.execution_credentials = credentials_if_trusted


def mend():
    count_calls_between_services_as_encrypted()
    name_replays_as_resources()
    ask_for_the_roles_of_state_machines()
    ask_for_the_roles_of_rules()
    ask_whether_functions_may_have_their_roles()

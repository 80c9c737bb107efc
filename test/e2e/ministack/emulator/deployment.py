"""CloudFormation: what ministack refuses of the template."""

from ministack.services.cloudformation import provisioners


def take_alarms_on_expressions():
    """CloudFormation: an alarm on an expression is made, on the first of the expression's metrics."""
    record = provisioners._cw_metric_alarm_record

    def record_first_metric(name, props):
        metrics = [metric["MetricStat"] for metric in props.get("Metrics") or [] if "MetricStat" in metric]
        if not metrics:
            return record(name, props)
        first = {**metrics[0]["Metric"], "Period": metrics[0]["Period"], "Statistic": metrics[0]["Stat"]}
        return record(name, {key: value for key, value in {**props, **first}.items() if key != "Metrics"})

    provisioners._cw_metric_alarm_record = record_first_metric


def mend():
    take_alarms_on_expressions()

"""A consumer in another language: prints the lane and the text of each event of the ordered stream, one JSON line each."""

import json
import sys
import zlib

from botocore.session import Session

endpoint, table = sys.argv[1:]
streams = Session().create_client("dynamodbstreams", endpoint_url=endpoint)
[stream] = [each for each in streams.list_streams()["Streams"] if each["TableName"] == table]
arn = {"StreamArn": stream["StreamArn"]}
for shard in streams.describe_stream(**arn)["StreamDescription"]["Shards"]:
    start = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**arn, **start)["ShardIterator"]
    for record in streams.get_records(ShardIterator=iterator)["Records"]:
        image = record["dynamodb"]["NewImage"]
        events = image["events"]
        texts = json.loads(zlib.decompress(events["B"])) if "B" in events else [each["S"] for each in events["L"]]
        for text in texts:
            ts = json.loads(text)["detail"]["ts"]
            print(json.dumps({"lane": image["lane"]["S"], "text": text, "ts": str(ts)}))

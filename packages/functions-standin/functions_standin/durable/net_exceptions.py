"""The .NET exceptions that the extension puts into texts, as far as apps and clients can see them.

Only their shape is that of the real ones: their stacks are of code that this stand-in does not have.
"""

from functions_standin.durable.json_text import to_json

STACK = "   at FunctionsStandin.Host.Invoke(String function)\n   at FunctionsStandin.Host.Run()"
_HRESULT = -2146233088  # of a plain System.Exception


def activity_failure(text: str, python_stack: str) -> str:
    """Return the JSON of an activity's failure; apps look for `Message` and `RemoteStackTrace` in it.

    `text` is the exception's class and message, `python_stack` what Python prints of its stack.
    """
    return to_json(
        {
            "$type": "System.Exception, System.Private.CoreLib",
            "ClassName": "System.Exception",
            "Message": text,
            "Data": None,
            "InnerException": {
                "$type": "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script",
                "IsUserException": False,
                "RemoteStackTrace": python_stack,
                "RemoteMessage": text,
                "RemoteTypeName": None,
                "Message": f"Result: Failure\nException: {text}\nStack: {python_stack}",
                "Data": {"$type": "System.Collections.ListDictionaryInternal, System.Private.CoreLib"},
                "InnerException": None,
                "HelpLink": None,
                "Source": "System.Private.CoreLib",
                "HResult": _HRESULT,
                "StackTrace": STACK,
            },
            "HelpURL": None,
            "StackTraceString": None,
            "RemoteStackTraceString": None,
            "RemoteStackIndex": 0,
            "ExceptionMethod": None,
            "HResult": _HRESULT,
            "Source": None,
            "WatsonBuckets": None,
        }
    )


def worker_exit(text: str) -> str:
    """Return the JSON of an activity's failure whose worker has ended."""
    return to_json(
        {
            "$type": "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException, Microsoft.Azure.WebJobs.Script",
            "Message": text,
            "Data": {"$type": "System.Collections.ListDictionaryInternal, System.Private.CoreLib"},
            "InnerException": {
                "$type": "System.Exception, System.Private.CoreLib",
                "ClassName": "System.Exception",
                "Message": "",
                "Data": None,
                "InnerException": None,
                "HResult": _HRESULT,
            },
            "HelpLink": None,
            "Source": "System.Private.CoreLib",
            "HResult": _HRESULT,
            "StackTrace": STACK,
        }
    )


def orchestrator_failure(text: str) -> str:
    """Return the details of an orchestrator's failure, as its parent gets to see them."""
    return f"Message: {text}, StackTrace: {STACK}"

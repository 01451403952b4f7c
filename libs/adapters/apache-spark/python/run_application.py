# Runs a PySpark application as the main program, in a process that ends with its driver. Apache Spark kills only the JVM of a driver:
# without this, an application that was cancelled would go on as an orphan.
def _open():
    import ctypes
    import os
    import signal
    import sys
    import threading
    import time
    import urllib.parse
    import urllib.request

    driver = os.getppid()
    try:
        # PR_SET_PDEATHSIG: Linux kills this process in the moment in which the driver ends.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except Exception:
        pass

    def end_with_the_driver():
        while os.getppid() == driver:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end_with_the_driver, daemon=True).start()
    resource = sys.argv[1]
    at = urllib.parse.urlsplit(resource)
    if at.scheme in ('http', 'https'):
        with urllib.request.urlopen(resource, timeout=60) as answer:
            source = answer.read()
        folder = os.getcwd()
    else:
        resource = urllib.request.url2pathname(at.path) if at.scheme in ('file', 'local') else resource
        with open(resource, 'rb') as file:
            source = file.read()
        folder = os.path.dirname(os.path.abspath(resource))
    sys.argv = [resource, *sys.argv[2:]]
    sys.path[0] = folder
    return resource, compile(source, resource, 'exec')


__file__, _code = _open()
del _open
exec(_code)

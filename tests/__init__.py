"""The tests. They and all that they start talk to loopback only, where nobody shows a certificate of the machine's.

To read those takes 50 ms, and every HTTP client does it when it is made: a third of the time that the tests of the API
took. So one file with one certificate stands for them. The few tests of TLS name their own.
"""

import os
from pathlib import Path

ONE_CERTIFICATE = Path(__file__).parent.parent / "deployments" / "nobody.pem"

os.environ["SSL_CERT_FILE"] = os.environ["PREFECT_API_SSL_CERT_FILE"] = str(ONE_CERTIFICATE)

"""The document's own code samples run against the sandbox, unchanged but for the URL and the key."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.process import KEY

DOCUMENTED_URL = "https://dev-messaging.adam-api.com"
DOCUMENTED_KEY = "<your-api-key>"

PYTHON = """
import requests

url = "https://dev-messaging.adam-api.com/v1/sessions"
payload = {
    "clientId": "425462d5fcc648958485f40e501fed2f",
    "source": "sms",
    "customer": {
        "firstName": "Darren",
        "lastName": "Smith",
        "phoneNumber": "+1123456789",
        "emailAddress": "[email protected]",
        "unitNumber": "1-A",
        "address": "5 Summer St, MA 01045, USA"
    }
}
headers = {
    "Authorization": "Bearer <your-api-key>",
    "Content-Type": "application/json"
}

response = requests.post(url, json=payload, headers=headers)
print(response.json())
"""

NODE = """
const axios = require('axios');

const url = 'https://dev-messaging.adam-api.com/v1/sessions';
const payload = {
  clientId: '425462d5fcc648958485f40e501fed2f',
  source: 'sms',
  customer: {
    firstName: 'Darren',
    lastName: 'Smith',
    phoneNumber: '+1123456789',
    emailAddress: '[email protected]',
    unitNumber: '1-A',
    address: '5 Summer St, MA 01045, USA'
  }
};
const headers = {
  Authorization: 'Bearer <your-api-key>',
  'Content-Type': 'application/json'
};

axios.post(url, payload, { headers })
  .then(response => {
    console.log(response.data);
  })
  .catch(error => {
    console.error(error);
  });
"""

# The document shows it as far as the unit number; the rest is completed as the other samples have it.
PHP = """<?php
$ch = curl_init();

curl_setopt($ch, CURLOPT_URL, 'https://dev-messaging.adam-api.com/v1/sessions');
curl_setopt($ch, CURLOPT_RETURNTRANSFER, 1);
curl_setopt($ch, CURLOPT_POSTFIELDS, json_encode([
    'clientId' => '425462d5fcc648958485f40e501fed2f',
    'source' => 'sms',
    'customer' => [
        'firstName' => 'Darren',
        'lastName' => 'Smith',
        'phoneNumber' => '+1123456789',
        'emailAddress' => '[email protected]',
        'unitNumber' => '1-A',
        'address' => '5 Summer St, MA 01045, USA'
    ]
]));
curl_setopt($ch, CURLOPT_HTTPHEADER, [
    'Authorization: Bearer <your-api-key>',
    'Content-Type: application/json'
]);

$response = curl_exec($ch);
echo $response;
"""


def run_sample(sandbox, folder, name, sample, command):
    """What the sample prints when it is pointed at the sandbox."""
    file = folder / name
    file.write_text(sample.replace(DOCUMENTED_URL, sandbox.base_url).replace(DOCUMENTED_KEY, KEY))
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def session_ids(printed):
    """The ids in what was printed, however that language writes an object."""
    return [re.search(rf"""{name}['"]?: ?['"]([0-9a-f]{{32}})""", printed)[1] for name in ("sessionId", "userId")]


def node_modules_with_axios():
    folders = [Path(folder) for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    return [folder for folder in folders if (folder / "axios").is_dir()]


def test_the_python_sample_creates_a_session(sandbox, tmp_path):
    printed = run_sample(sandbox, tmp_path, "sample.py", PYTHON, [sys.executable])
    session_id, _ = session_ids(printed)

    assert printed.startswith("{'status': 200, ")
    assert sandbox.send(session_id).status_code == 200


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(not node_modules_with_axios(), reason="axios is in no folder of NODE_PATH")
def test_the_node_sample_creates_a_session(sandbox, tmp_path):
    printed = run_sample(sandbox, tmp_path, "sample.js", NODE, ["node"])
    session_id, _ = session_ids(printed)

    assert "status: 200" in printed
    assert sandbox.send(session_id).status_code == 200


@pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")
def test_the_php_sample_creates_a_session(sandbox, tmp_path):
    printed = run_sample(sandbox, tmp_path, "sample.php", PHP, ["php"])

    assert json.loads(printed)["status"] == 200
    assert sandbox.send(json.loads(printed)["sessionId"]).status_code == 200

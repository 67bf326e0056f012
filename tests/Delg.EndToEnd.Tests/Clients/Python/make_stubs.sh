#!/bin/sh
# Makes Python stubs of the protos. Debian: apt-get install protobuf-compiler protobuf-compiler-grpc libprotobuf-dev python3-grpcio
# usage: make_stubs.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
protos=$here/../../../../protos
mkdir -p "$1"
# With pip's grpcio-tools: python3 -m grpc_tools.protoc in place of protoc, and no --plugin.
protoc --proto_path="$protos" --proto_path="$here" --python_out="$1" --grpc_python_out="$1" --plugin=protoc-gen-grpc_python="$(command -v grpc_python_plugin)" \
  "$protos"/delg/v1/*.proto "$protos"/google/api/*.proto "$here"/error_status.proto

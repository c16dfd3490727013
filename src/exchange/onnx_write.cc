// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_graph.h"
#include "proto_writer.h"

#include "loci/base/text.h"
#include "loci/base/version.h"

// Field numbers are those of onnx.proto3 (ONNX 1.8, IR version 7).

namespace loci {
namespace {

constexpr uint64_t kLargest = uint64_t{2} << 30;
enum AttributeType : int64_t { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };
enum TensorType : int64_t { kTypeFloat = 1, kTypeInt64 = 7 };

ProtoWriter attribute(const std::string& name, const OnnxAttribute& value) {
  ProtoWriter out;
  out.text(1, name);
  if (const auto* real = std::get_if<float>(&value)) {
    out.real(2, *real);
    out.integer(20, kFloat);
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    out.integer(3, *integer);
    out.integer(20, kInt);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out.text(4, *text);
    out.integer(20, kString);
  } else {
    for (const int64_t each : std::get<std::vector<int64_t>>(value)) out.integer(8, each);
    out.integer(20, kInts);
  }
  return out;
}

ProtoWriter node(const OnnxNode& node) {
  ProtoWriter out;
  for (const std::string& input : node.inputs) out.text(1, input);
  for (const std::string& output : node.outputs) out.text(2, output);
  out.text(3, node.name);
  out.text(4, node.op_type);
  for (const auto& [name, value] : node.attributes) out.message(5, attribute(name, value));
  return out;
}

ProtoWriter initializer(const std::string& name, const Tensor& tensor) {
  ProtoWriter out;
  for (const int64_t side : tensor.shape) out.integer(1, side);
  out.integer(2, tensor.dtype == DType::kI64 ? kTypeInt64 : kTypeFloat);
  out.text(8, name);
  out.view(9, tensor.bytes);
  return out;
}

ProtoWriter value_info(const OnnxValue& value) {
  ProtoWriter shape;
  for (const OnnxSide& side : value.shape) {
    ProtoWriter dimension;
    if (const auto* number = std::get_if<int64_t>(&side)) {
      dimension.integer(1, *number);
    } else {
      dimension.text(2, std::get<std::string>(side));
    }
    shape.message(1, std::move(dimension));
  }
  ProtoWriter tensor, type, out;
  tensor.integer(1, kTypeFloat);
  tensor.message(2, std::move(shape));
  type.message(1, std::move(tensor));
  out.text(1, value.name);
  out.message(2, std::move(type));
  return out;
}

ProtoWriter graph_message(const OnnxGraph& graph) {
  ProtoWriter out;
  for (const OnnxNode& each : graph.nodes) out.message(1, node(each));
  out.text(2, graph.name);
  for (const auto& [name, tensor] : graph.initializers) out.message(5, initializer(name, tensor));
  if (!graph.doc.empty()) out.text(10, graph.doc);
  out.message(11, value_info(graph.input));
  for (const OnnxValue& each : graph.outputs) out.message(12, value_info(each));
  return out;
}

}  // namespace

Status write_onnx(const std::string& path, const OnnxGraph& graph) {
  ProtoWriter model, opset;
  model.integer(1, kOnnxIrVersion);
  model.text(2, "loci");
  model.text(3, version());
  model.message(7, graph_message(graph));
  opset.text(1, "");
  opset.integer(2, kOnnxOpset);
  model.message(8, std::move(opset));
  for (const auto& [key, value] : graph.metadata) {
    ProtoWriter entry;
    entry.text(1, key);
    entry.text(2, value);
    model.message(14, std::move(entry));
  }
  if (model.size() >= kLargest) {
    return unsupported(printable(path) + ": would be " +
                       human_bytes(static_cast<double>(model.size())) +
                       "; an ONNX file holds less than 2 GiB. A whitening of fewer dimensions "
                       "makes the model smaller");
  }
  LOCI_TRY(file, FileWriter::create(path));
  LOCI_RETURN_IF_ERROR(model.write_to(file));
  return file.commit();
}

}  // namespace loci

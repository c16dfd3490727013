// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx_read.h"

#include "onnx_tensor.h"
#include "proto_reader.h"

#include "loci/base/text.h"

// Field numbers are those of onnx.proto3.

namespace loci {
namespace {

using Bytes = std::span<const uint8_t>;

// An empty name takes two bytes of a file and a hundred times that in a tree.
constexpr int64_t kMaxValues = 4'000'000;

class OnnxReader {
 public:
  OnnxReader(std::shared_ptr<const void> owner, OnnxExternal& external)
      : owner_(std::move(owner)), external_(external) {}

  FileValue model(Bytes bytes, std::map<std::string, std::string>* metadata) {
    int64_t opset = 0;
    Bytes graph_bytes;
    bool has_graph = false;
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() == 7) {
        graph_bytes = r.bytes();
        has_graph = true;
      } else if (r.field() == 8) {
        read_opset(r.bytes(), &opset);
      } else if (r.field() == 14) {
        read_metadata(r.bytes(), metadata);
      }
    }
    if (!has_graph) fail_corrupt("has no graph; the file may be cut short");
    FileValue root = FileValue::make_dict();
    root.add("opset", FileValue::make_integer(opset));
    graph(graph_bytes, &root);
    return root;
  }

 private:
  FileValue counted(FileValue value) {
    if (++values_ > kMaxValues) {
      fail_unsupported("has more than " + std::to_string(kMaxValues) + " names and numbers");
    }
    return value;
  }
  FileValue text(std::string_view value) {
    return counted(FileValue::make_text(std::string(value)));
  }

  void read_opset(Bytes bytes, int64_t* opset) {
    std::string_view domain;
    int64_t number = 0;
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() == 1) domain = r.text();
      if (r.field() == 2) number = r.integer();
    }
    if (domain.empty() || domain == "ai.onnx") *opset = number;
  }

  void read_metadata(Bytes bytes, std::map<std::string, std::string>* metadata) {
    std::string key, value;
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() == 1) key = r.text();
      if (r.field() == 2) value = r.text();
    }
    counted({});
    (*metadata)[key] = value;
  }

  void graph(Bytes bytes, FileValue* root) {
    FileValue inputs = FileValue::make_list(), outputs = FileValue::make_list();
    FileValue nodes = FileValue::make_list(), initializers = FileValue::make_dict();
    for (ProtoReader r(bytes); r.next();) {
      switch (r.field()) {
        case 1:
          nodes.items.push_back(node(r.bytes()));
          break;
        case 5: {
          OnnxTensor tensor = read_onnx_tensor(r.bytes(), owner_, external_);
          counted({});
          initializers.add(std::move(tensor.name), std::move(tensor.value));
          break;
        }
        case 11:
          inputs.items.push_back(value_info(r.bytes()));
          break;
        case 12:
          outputs.items.push_back(value_info(r.bytes()));
          break;
        case 15:
          fail_unsupported("has sparse weights, which are not read; store them dense");
        default:
          break;
      }
    }
    root->add("inputs", std::move(inputs));
    root->add("outputs", std::move(outputs));
    root->add("nodes", std::move(nodes));
    root->add("initializers", std::move(initializers));
  }

  FileValue node(Bytes bytes) {
    FileValue inputs = FileValue::make_list(), outputs = FileValue::make_list();
    FileValue attributes = FileValue::make_dict();
    std::string_view name, type, domain;
    for (ProtoReader r(bytes); r.next();) {
      switch (r.field()) {
        case 1:
          inputs.items.push_back(text(r.text()));
          break;
        case 2:
          outputs.items.push_back(text(r.text()));
          break;
        case 3:
          name = r.text();
          break;
        case 4:
          type = r.text();
          break;
        case 5:
          attribute(r.bytes(), &attributes);
          break;
        case 7:
          domain = r.text();
          break;
        default:
          break;
      }
    }
    FileValue out = counted(FileValue::make_dict());
    out.add("op_type", text(type));
    out.add("name", text(name));
    out.add("domain", text(domain));
    out.add("inputs", std::move(inputs));
    out.add("outputs", std::move(outputs));
    out.add("attributes", std::move(attributes));
    return out;
  }

  void attribute(Bytes bytes, FileValue* attributes) {
    std::string name;
    FileValue value;
    std::vector<int64_t> integers;
    std::vector<float> reals;
    for (ProtoReader r(bytes); r.next();) {
      switch (r.field()) {
        case 1:
          name = r.text();
          break;
        case 2:
          value = FileValue::make_real(static_cast<double>(r.real()));
          break;
        case 3:
          value = FileValue::make_integer(r.integer());
          break;
        case 4:
          value = FileValue::make_text(std::string(r.text()));
          break;
        case 5:
          value = read_onnx_tensor(r.bytes(), owner_, external_).value;
          break;
        case 6:
        case 11:
          value = FileValue::make_other("subgraph, not read");
          break;
        case 7:
          r.numbers(&reals);
          break;
        case 8:
          r.integers(&integers);
          break;
        default:
          break;
      }
    }
    if (!integers.empty() || !reals.empty()) {
      value = FileValue::make_list();
      for (const int64_t each : integers) {
        value.items.push_back(counted(FileValue::make_integer(each)));
      }
      for (const float each : reals) {
        value.items.push_back(counted(FileValue::make_real(static_cast<double>(each))));
      }
    }
    attributes->add(std::move(name), counted(std::move(value)));
  }

  FileValue value_info(Bytes bytes) {
    FileValue out = counted(FileValue::make_dict()), shape = FileValue::make_list();
    std::string_view name;
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() == 1) name = r.text();
      if (r.field() == 2) type(r.bytes(), &shape);
    }
    out.add("name", text(name));
    out.add("shape", std::move(shape));
    return out;
  }

  void type(Bytes bytes, FileValue* shape) {
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() != 1) continue;  // a sequence or map has no shape
      for (ProtoReader tensor(r.bytes()); tensor.next();) {
        if (tensor.field() != 2) continue;
        for (ProtoReader dims(tensor.bytes()); dims.next();) {
          if (dims.field() == 1) shape->items.push_back(side(dims.bytes()));
        }
      }
    }
  }

  FileValue side(Bytes bytes) {
    FileValue out = FileValue::make_text("?");
    for (ProtoReader r(bytes); r.next();) {
      if (r.field() == 1) out = FileValue::make_integer(r.integer());
      if (r.field() == 2) out = FileValue::make_text(std::string(r.text()));
    }
    return counted(std::move(out));
  }

  std::shared_ptr<const void> owner_;
  OnnxExternal& external_;
  int64_t values_ = 0;
};

}  // namespace

bool is_onnx(Bytes bytes) {
  constexpr std::string_view kSecondFields = "\x12\x1a\x22\x28\x32\x3a\x42\x72";
  return bytes.size() > 3 && bytes[0] == 0x08 && bytes[1] >= 1 && bytes[1] <= 64 &&
         kSecondFields.find(static_cast<char>(bytes[2])) != std::string_view::npos;
}

FileValue read_onnx(Bytes bytes,
                    const std::shared_ptr<const void>& owner,
                    std::map<std::string, std::string>* metadata,
                    OnnxExternal external) {
  return OnnxReader(owner, external).model(bytes, metadata);
}

}  // namespace loci

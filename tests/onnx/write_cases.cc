// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
// Writes every case as NAME.onnx with its input and what loci computes, for readers in other
// languages: write_cases FOLDER makes FOLDER/cases.json and raw little-endian float32 files.
#include "cases.h"

#include "loci/base/file.h"
#include "loci/base/json_writer.h"

#include <cstdio>
#include <span>

namespace {

std::span<const uint8_t> bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float)};
}

loci::Status write_all(const std::string& folder) {
  LOCI_RETURN_IF_ERROR(loci::make_folders(folder));
  loci::JsonWriter json;
  json.array();
  for (const auto& c : loci::testing_onnx::onnx_cases()) {
    LOCI_TRY(report, loci::export_onnx(*c.model, folder + "/" + c.name + ".onnx", c.options));
    LOCI_RETURN_IF_ERROR(loci::write_file(folder + "/" + c.name + ".input",
                                          bytes_of(loci::testing_onnx::input_of(c))));
    json.object().member("name", c.name).member("input", report.input);
    json.member("batch", c.batch).member("width", c.width).member("height", c.height);
    json.key("outputs").array();
    const auto expected = loci::testing_onnx::expected_of(c);
    for (size_t k = 0; k < expected.size(); ++k) {
      const std::string file = c.name + "." + report.outputs.at(k);
      LOCI_RETURN_IF_ERROR(loci::write_file(folder + "/" + file, bytes_of(expected[k].values)));
      json.object().member("name", report.outputs[k]).member("file", file);
      json.member("largest", expected[k].largest).key("shape").array();
      for (const int64_t side : expected[k].shape) json.value(side);
      json.end().end();
    }
    json.end().end();
  }
  return loci::write_file(folder + "/cases.json", json.end().str());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const loci::Status status = write_all(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}

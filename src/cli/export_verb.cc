// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "geo_files.h"
#include "verb.h"

#include "loci/base/json_writer.h"
#include "loci/base/text.h"
#include "loci/describe/named_model.h"
#include "loci/exchange/onnx.h"
#include "loci/place/place_db.h"

namespace loci::cli {
namespace {

struct ExportVerb {
  std::string db;
  GeoFiles geo;
  std::string model, out;
  OnnxOptions onnx;
};

std::string sides(int size) { return size == 0 ? "any" : std::to_string(size); }

/// "place.safetensors" -> "place.onnx".
std::string onnx_name(const std::string& model) {
  const std::string ending = ".safetensors";
  const bool known = model.ends_with(ending);
  return (known ? model.substr(0, model.size() - ending.size()) : model) + ".onnx";
}

Result<std::shared_ptr<const Model>> model_of_name(const std::string& name) {
  LOCI_RETURN_IF_ERROR(check_model_name(name));
  const auto nothing = [] { return std::vector<std::string>(); };
  return named_model(name, nothing, {}, {});
}

std::string onnx_file(const ExportVerb& verb) {
  return verb.out.empty() ? onnx_name(verb.model) : verb.out;
}

Status export_model(const ExportVerb& verb, Console& console) {
  if (verb.model == "rootsift-vlad") {
    return unsupported(
        "rootsift-vlad makes its features by RootSIFT, which is no network: only models with a "
        "network can be written as ONNX");
  }
  LOCI_TRY(model, model_of_name(verb.model));
  const std::string file = onnx_file(verb);
  LOCI_TRY(report, export_onnx(*model, file, verb.onnx));
  JsonWriter json;
  json.object().member("model", verb.model).member("file", file).member("input", report.input);
  json.member("output", report.output).member("batch", report.batch).member("width", report.width);
  json.member("height", report.height).member("dim", report.output_dim);
  json.member("nodes", report.nodes)
      .member("tensors", report.tensors)
      .member("bytes", report.bytes);
  json.key("outputs").array();
  for (const std::string& each : report.outputs) json.value(each);
  json.end().end();
  console.result_json(json.str());
  std::string made = format("'%s' [%s, %lld]",
                            report.output.c_str(),
                            sides(report.batch).c_str(),
                            static_cast<long long>(report.output_dim));
  if (verb.onnx.maps) {
    made = "maps";
    for (const std::string& each : report.outputs) made += " '" + each + "'";
  }
  console.result(format("%s: '%s' [%s, 3, %s, %s] -> %s, %lld nodes, %s",
                        printable(file).c_str(),
                        report.input.c_str(),
                        sides(report.batch).c_str(),
                        sides(report.height).c_str(),
                        sides(report.width).c_str(),
                        made.c_str(),
                        static_cast<long long>(report.nodes),
                        human_bytes(static_cast<double>(report.bytes)).c_str()));
  if (report.width == 0 || report.batch == 0) {
    console.note("for ONNX Runtime; OpenCV needs --width, --height and a fixed --batch");
  }
  return {};
}

Status export_positions(const ExportVerb& verb, Console& console) {
  LOCI_TRY(db, PlaceDb::open(verb.db));
  LOCI_TRY(images, db->images());
  const std::vector<GeoPoint> points = collection_points(images);
  if (points.empty()) {
    return invalid_argument(format(
        "%s: none of its %zu photographs has a position (EXIF GPS, or a position in the file "
        "name), so there is nothing to put on a map",
        printable(verb.db).c_str(),
        images.size()));
  }
  LOCI_RETURN_IF_ERROR(write_geo_files(verb.geo, points));
  JsonWriter json;
  json.object().member("images", images.size()).member("points", points.size()).end();
  console.result_json(json.str());
  console.result(format(
      "%zu of %zu photographs have a position and were written", points.size(), images.size()));
  return {};
}

Status run_export(const ExportVerb& verb, Console& console) {
  if (verb.model.empty() && !verb.geo.any()) {
    return invalid_argument(
        "say what to write: --onnx MODEL, or with --db DIR --geojson FILE, --gpx FILE or --kml "
        "FILE");
  }
  if (verb.geo.any()) {
    if (verb.db.empty())
      return invalid_argument("--db: the collection whose positions are written");
    LOCI_RETURN_IF_ERROR(export_positions(verb, console));
  }
  return verb.model.empty() ? Status() : export_model(verb, console);
}

}  // namespace

void add_export_verb(Program& program) {
  auto verb = std::make_shared<ExportVerb>();
  CLI::App* app =
      add_verb(program,
               "export",
               "Write a model as ONNX, or a collection for maps",
               "  loci export --onnx place.safetensors --width 640 --height 480\n"
               "  loci export --onnx place.safetensors --batch 0 -o any_size.onnx\n"
               "  loci export --db pictures.loci --geojson pictures.geojson\n"
               "  loci export --db pictures.loci --gpx pictures.gpx --kml pictures.kml");
  app->add_option("--db", verb->db, "folder of the collection whose positions are written");
  add_geo_options(program, app, verb->geo);
  app->add_option("--onnx", verb->model, "the model file that is written as ONNX");
  const CLI::Option* out =
      app->add_option("-o,--out",
                      verb->out,
                      "with --onnx: the file to write; the model's name with .onnx when not given");
  add_outputs(program, app, out, [verb]() -> std::vector<Output> {
    if (verb->model.empty()) return {};
    return {{.flag = "--onnx", .path = onnx_file(*verb), .kind = OutputKind::kOnnx}};
  });
  add_options(app, verb->onnx);
  app->callback([verb, &program] {
    program.chosen = [verb](Console& console) { return run_export(*verb, console); };
  });
}

}  // namespace loci::cli

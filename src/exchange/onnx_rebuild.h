// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "import_builder.h"
#include "onnx_graph.h"

#include "loci/exchange/onnx.h"

namespace loci {

/// The graph that export_onnx() writes. It views the model's tensors. Throws Error.
OnnxGraph build_onnx(const Model& model, const OnnxOptions& options);

/// A file that export_onnx() wrote, by the description in its metadata and the tensors under their
/// names. The graph must be the one that this description makes: a file whose graph was changed
/// since is Corrupt, with the node's name, and can still be read by its operators.
void import_loci_onnx(ImportBuilder& builder);

}  // namespace loci

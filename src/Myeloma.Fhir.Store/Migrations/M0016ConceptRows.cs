using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Concepts of large code systems without B-trees over their places.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0016_concept_rows")]
internal sealed class M0016ConceptRows() : SqlMigration("0016_concept_rows");

using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Words of resources.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0003_full_text")]
internal sealed class M0003FullText() : SqlMigration("0003_full_text");

using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Files of bulk export and import.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0007_bulk")]
internal sealed class M0007Bulk() : SqlMigration("0007_bulk");

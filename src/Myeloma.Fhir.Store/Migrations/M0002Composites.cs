using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Index rows that tell the element they come from.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0002_composites")]
internal sealed class M0002Composites() : SqlMigration("0002_composites");

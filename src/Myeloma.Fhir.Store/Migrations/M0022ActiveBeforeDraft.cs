using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Myeloma.Fhir.Store.Migrations;

/// <summary>Which version a canonical without one means.</summary>
[DbContext(typeof(StoreContext))]
[Migration("0022_active_before_draft")]
internal sealed class M0022ActiveBeforeDraft() : SqlMigration("0022_active_before_draft");

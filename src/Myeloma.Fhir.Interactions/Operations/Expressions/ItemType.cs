using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Types;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>What items are called for people.</summary>
public static class ItemType
{
    /// <summary>The FHIR type, <c>Patient.contact</c> for an inline one; a System type by the FHIR type that holds it.</summary>
    public static string NameOf(Item item) => item.Value switch
    {
        null => item.Element.Type.Name,
        SystemValue.Boolean => "boolean",
        SystemValue.Integer => "integer",
        SystemValue.Decimal => "decimal",
        SystemValue.String => "string",
        SystemValue.Date => "date",
        SystemValue.DateTime => "dateTime",
        SystemValue.Time => "time",
        var other => other.TypeName,
    };
}

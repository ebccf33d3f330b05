using System.Text;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Tests.Cases;

/// <summary>The case files, one a section of the specification, evaluated on the patient below at a fixed instant.</summary>
public sealed class CaseTests
{
    private static readonly ResourceDocument Patient = ResourceDocument.Parse(Encoding.UTF8.GetBytes("""
        {
          "resourceType": "Patient", "id": "p1",
          "contained": [{ "resourceType": "Organization", "id": "org", "name": "Clinic" }],
          "extension": [{ "url": "http://example.org/size", "valueQuantity": { "value": 1.80, "unit": "metre", "system": "http://unitsofmeasure.org", "code": "m" } }],
          "active": true,
          "name": [
            { "use": "official", "family": "Berg", "given": ["Ada", "Bea"] },
            { "use": "usual", "given": ["Ada"], "_given": [{ "extension": [{ "url": "http://example.org/nick", "valueString": "A" }] }] },
            { "use": "old", "_family": { "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown" }] } }
          ],
          "gender": "female", "birthDate": "1974-12-25", "multipleBirthInteger": 2,
          "generalPractitioner": [{ "reference": "Practitioner/d1" }, { "reference": "https://example.org/fhir/Organization/o1/_history/2" }, { "display": "nobody" }],
          "managingOrganization": { "reference": "#org" }
        }
        """));

    public static TheoryData<Case> All => [.. CaseFile.ReadAll()];

    [Theory]
    [MemberData(nameof(All))]
    public void An_expression_gives_what_its_case_says(Case test)
    {
        ArgumentNullException.ThrowIfNull(test);
        var context = EvaluationContext.Default with { TimeProvider = new FixedTime(), Variables = new Dictionary<string, Collection> { ["list"] = Collection.Of(Patient.Root.Children("name").ToList()) } };
        string actual;
        try
        {
            actual = string.Join(", ", FhirPathExpression.Parse(test.Expression).Evaluate(Patient.Root, context).Select(Show));
        }
        catch (FhirException exception)
        {
            actual = $"error {exception.Issues[0].Type.Code()}: {exception.Message}";
        }

        if (test.Expected.StartsWith("error ", StringComparison.Ordinal)) AssertFault(test.Expected, actual);
        else Assert.Equal(test.Expected, actual);
    }

    private static void AssertFault(string expected, string actual)
    {
        var colon = expected.IndexOf(':', StringComparison.Ordinal);
        Assert.StartsWith(expected[..colon], actual, StringComparison.Ordinal);
        Assert.Contains(expected[(colon + 1)..].Trim(), actual, StringComparison.Ordinal);
    }

    private static string Show(Item item) => item.ToSystem()?.ToString() ?? (item.IsElement ? $"<{item.Element.Type.Name}>" : item.ToString());

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 2, 29, 22, 30, 15, 250, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");
    }
}

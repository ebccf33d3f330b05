using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.Benchmarks.Scale;

/// <summary>Resources made from numbers: the same number gives the same bytes, references lead to others of the same size of run.</summary>
/// <remarks>
/// Of a run of a million: 200,000 Medications, 50,000 PlanDefinitions and ten more types. A code of an Observation has about 50 of them, everything else that
/// is searched for has one or a few.
/// </remarks>
internal sealed class GeneratedResource(int total)
{
    public const string System = "http://myeloma-fhir.org/fhir/CodeSystem/generated";

    /// <summary>In the order of loading: what is referred to comes first.</summary>
    public static readonly (string Type, double Share)[] Shares =
    [
        ("Organization", 0.01), ("Patient", 0.10), ("Medication", 0.20), ("ActivityDefinition", 0.05), ("PlanDefinition", 0.05), ("MedicationKnowledge", 0.05),
        ("Encounter", 0.05), ("Condition", 0.08), ("MedicationRequest", 0.15), ("Observation", 0.24), ("DocumentReference", 0.01), ("Provenance", 0.01),
    ];

    public int Count(string type) => (int)(total * Shares.First(each => each.Type == type).Share);

    /// <summary>Different codes of Observations.</summary>
    public int ObservationCodes => Math.Max(1, Count("Observation") / 50);

    public static string Id(int number) => FormattableString.Invariant($"g-{number}");

    public static string Code(int number) => FormattableString.Invariant($"c{number}");

    public static string Url(string type, int number) => FormattableString.Invariant($"http://myeloma-fhir.org/fhir/{type}/generated-{number}");

    /// <summary>Codes of the value set that searches with <c>:in</c> name.</summary>
    public const int ValueSetCodes = 5_000;

    public const string ValueSet = "http://myeloma-fhir.org/fhir/ValueSet/generated-large";

    /// <summary>A code system with the first codes, and a value set that enumerates them.</summary>
    public static IEnumerable<(string Type, byte[] Json)> Terminology()
    {
        var codes = string.Join(',', Enumerable.Range(0, ValueSetCodes).Select(number => $"{{'code':'{Code(number)}'}}"));
        yield return ("CodeSystem", Quoted($"{{'resourceType':'CodeSystem','id':'generated','url':'{System}','status':'active','content':'fragment','concept':[{codes}]}}"));
        yield return ("ValueSet", Quoted($"{{'resourceType':'ValueSet','id':'generated-large','url':'{ValueSet}','status':'active','compose':{{'include':[{{'system':'{System}','concept':[{codes}]}}]}}}}"));
    }

    private static byte[] Quoted(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));

    /// <param name="variant">0 as loaded; any other number gives other content of the same resource.</param>
    public byte[] Json(string type, int number, int variant = 0) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{'resourceType':'{{type}}','id':'{{Id(number)}}',{{Content(type, number, variant)}}}""").Replace('\'', '"'));

    /// <summary>All of a run, in the order of loading.</summary>
    public IEnumerable<byte[]> All(int variant = 0) => Shares.SelectMany(share => Enumerable.Range(0, Count(share.Type)).Select(number => Json(share.Type, number, variant)));

    /// <summary>With apostrophes for quotation marks.</summary>
    private string Content(string type, int number, int variant) => type switch
    {
        "Organization" => $$"""'name':'Generated hospital {{number}}','identifier':[{'system':'{{System}}','value':'o{{number}}'}]""",
        "Patient" => $$"""'active':true,'name':[{'family':'Family{{number % 5000}}','given':['Given{{number % 700}}']}],'gender':'{{(number % 2 == 0 ? "female" : "male")}}','birthDate':'{{Date(number * 37L, 1930, 25_000)}}','managingOrganization':{{Reference("Organization", number)}}""",
        "Medication" => $$"""{{Concept("code", number, "Generated drug")}},'status':'active','manufacturer':{{Reference("Organization", number)}},'extension':[{'url':'{{System}}/variant','valueInteger':{{variant}}}]""",
        "ActivityDefinition" => $$"""'url':'{{Url(type, number)}}','version':'1.0.{{number % 3}}','name':'Activity{{number}}','title':'Give drug {{number}}','status':'active','kind':'MedicationRequest','productReference':{{Reference("Medication", number)}}""",
        "PlanDefinition" => $$"""'url':'{{Url(type, number)}}','version':'1.0.{{number % 3}}','name':'Plan{{number}}','title':'Generated regimen {{number}}','status':'{{(number % 4 == 0 ? "draft" : "active")}}','date':'{{Date(number, 2015, 4000)}}','action':[{'title':'First','definitionCanonical':'{{Url("ActivityDefinition", number % Count("ActivityDefinition"))}}'},{'title':'Second','definitionCanonical':'{{Url("ActivityDefinition", (number + 1) % Count("ActivityDefinition"))}}'}]""",
        "MedicationKnowledge" => $$"""{{Concept("code", number, "Generated drug")}},'status':'active','synonym':['drug number {{number}}']""",
        "Encounter" => $$"""'status':'finished','class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'AMB'},'subject':{{Reference("Patient", number)}},'period':{'start':'{{Date(number, 2015, 4000)}}'}""",
        "Condition" => $$"""{{Concept("code", number % 2000, "Generated condition")}},'subject':{{Reference("Patient", number)}},'onsetDateTime':'{{Date(number, 2015, 4000)}}'""",
        "MedicationRequest" => $$"""'status':'active','intent':'order','medicationReference':{{Reference("Medication", number)}},'subject':{{Reference("Patient", number)}},'authoredOn':'{{Date(number, 2015, 4000)}}'""",
        "Observation" => $$"""'status':'final','category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/observation-category','code':'{{(number % 4 == 0 ? "vital-signs" : "laboratory")}}'}]}],{{Concept("code", number % ObservationCodes, "Generated finding")}},'subject':{{Reference("Patient", number * 7L)}},'effectiveDateTime':'{{Date(number * 13L, 2015, 4000)}}','valueQuantity':{'value':{{number % 400}}.{{number % 10}},'unit':'mg/dL','system':'http://unitsofmeasure.org','code':'mg/dL'}""",
        "DocumentReference" => $$"""'status':'current','subject':{{Reference("Patient", number)}},'date':'{{Date(number, 2015, 4000)}}T08:00:00Z','content':[{'attachment':{'contentType':'text/plain','url':'http://myeloma-fhir.org/generated/{{number}}.txt'} }]""",
        "Provenance" => $$"""'target':[{{Reference("PlanDefinition", number)}}],'recorded':'{{Date(number, 2015, 4000)}}T08:00:00Z','agent':[{'who':{{Reference("Organization", number)}} }]""",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such type is generated."),
    };

    private string Reference(string type, long number) => $$"""{'reference':'{{type}}/{{Id((int)(number % Count(type)))}}'}""";

    private static string Concept(string name, int number, string text) =>
        $$"""'{{name}}':{'coding':[{'system':'{{System}}','code':'{{Code(number)}}','display':'{{text}} {{number}}'}],'text':'{{text}} {{number}}'}""";

    private static string Date(long number, int year, int days) => FormattableString.Invariant($"{new DateOnly(year, 1, 1).AddDays((int)(number % days)):yyyy-MM-dd}");
}

/** Clouds as `platform` of install-config.yaml names them. */
export type Cloud = string;

/** The provider specs of machines by cloud (openshift/api `machine/v1beta1`, `machine/v1`, and the providers' own). */
export const providerKinds: ReadonlyMap<string, Cloud> = new Map(
  Object.entries({
    AWSMachineProviderConfig: "aws",
    AlibabaCloudMachineProviderConfig: "alibabacloud",
    AzureMachineProviderSpec: "azure",
    BareMetalMachineProviderSpec: "baremetal",
    GCPMachineProviderSpec: "gcp",
    IBMCloudMachineProviderSpec: "ibmcloud",
    KubevirtMachineProviderSpec: "kubevirt",
    LibvirtMachineProviderConfig: "libvirt",
    NutanixMachineProviderConfig: "nutanix",
    OpenstackProviderSpec: "openstack",
    OvirtMachineProviderSpec: "ovirt",
    PowerVSMachineProviderConfig: "powervs",
    VSphereMachineProviderSpec: "vsphere",
  }),
);

/** Provisioners that work in one cloud only. Those that are not here (NFS, Ceph, local disks) work anywhere. */
export const provisioners: ReadonlyMap<string, Cloud> = new Map(
  Object.entries({
    "csi.ovirt.org": "ovirt",
    "csi.vsphere.vmware.com": "vsphere",
    "cinder.csi.openstack.org": "openstack",
    "disk.csi.azure.com": "azure",
    "diskplugin.csi.alibabacloud.com": "alibabacloud",
    "ebs.csi.aws.com": "aws",
    "efs.csi.aws.com": "aws",
    "file.csi.azure.com": "azure",
    "filestore.csi.storage.gke.io": "gcp",
    "kubernetes.io/aws-ebs": "aws",
    "kubernetes.io/azure-disk": "azure",
    "kubernetes.io/azure-file": "azure",
    "kubernetes.io/cinder": "openstack",
    "kubernetes.io/gce-pd": "gcp",
    "kubernetes.io/vsphere-volume": "vsphere",
    "manila.csi.openstack.org": "openstack",
    "pd.csi.storage.gke.io": "gcp",
    "powervs.csi.ibm.com": "powervs",
    "vpc.block.csi.ibm.io": "ibmcloud",
  }),
);

/** Clusters that are told nothing about what they run on: storage of any cloud may work there. */
export const neutralPlatforms: ReadonlySet<Cloud> = new Set(["none", "external", "baremetal"]);
/** Of these the ones that have no machine API of their own either. */
export const untoldPlatforms: ReadonlySet<Cloud> = new Set(["none", "external"]);

interface Supported {
  readonly platform: Cloud;
  readonly from?: string;
  readonly before?: string;
}

/** The releases of OpenShift for which {@link installPlatforms} is complete. */
export const platformReleases = { from: "4.8", before: "4.19" } as const;

/**
 * What `platform` of install-config.yaml may name: in 4.8 by the document (self-made clusters are `none`), after it by
 * product knowledge. What was a technology preview counts.
 */
export const installPlatforms: readonly Supported[] = [
  { platform: "aws" },
  { platform: "azure" },
  { platform: "baremetal" },
  { platform: "gcp" },
  { platform: "none" },
  { platform: "openstack" },
  { platform: "vsphere" },
  { platform: "ovirt", before: "4.14" },
  { platform: "alibabacloud", from: "4.10", before: "4.16" },
  { platform: "ibmcloud", from: "4.10" },
  { platform: "nutanix", from: "4.11" },
  { platform: "powervs", from: "4.11" },
  { platform: "external", from: "4.14" },
];
